"""Every way to sign in, or to fail to, of somebody who lives in eu-1. Whom nobody knows is recorded in main."""

from tests.login_activity.test_lockout import (
    _low_limits,
    test_a_locked_account_refuses_the_right_password_and_everything_is_recorded,
    test_codes_of_a_second_factor_are_guesses_of_their_own,
)
from tests.tenancy.factors.conftest import half_minute
from tests.tenancy.factors.test_at_sign_in import (
    test_a_code_works_once_and_in_its_own_half_minute_alone,
    test_a_recovery_code_works_once_however_it_is_typed,
    test_a_sign_in_that_waits_ends_by_time_by_a_new_password_and_by_a_reset,
    test_who_has_an_app_is_asked_for_its_code_and_not_signed_in_before,
    test_wrong_codes_lock_the_account_and_a_right_one_no_longer_helps,
)
from tests.tenancy.factors.test_passkeys import (
    device,
    test_a_passkey_signs_in_alone_and_both_steps_are_recorded,
    test_after_a_password_it_is_the_second_step_of_that_person_alone,
)
from tests.tenancy.test_sign_in import (
    test_a_sign_in_is_recorded_with_everything_about_it,
    test_a_wrong_password_is_refused_and_recorded,
    test_passwords_and_session_keys_are_nowhere_in_the_record,
    test_signing_out_is_recorded_once_and_ends_the_session,
    test_the_reason_is_shown_only_when_the_password_is_right,
    test_the_session_key_changes_with_the_sign_in,
)
