from django.db import migrations, models


class Migration(migrations.Migration):
    """An address has one account, but may be invited by several tenants: none learns of another."""

    dependencies = [("tenancy", "0007_previous_session_key")]
    operations = [
        migrations.AlterField("user", "email", models.EmailField(max_length=254, verbose_name="e-mail")),
        migrations.AddIndex("user", models.Index(fields=["email"], name="user_by_email")),
        migrations.AddConstraint(
            "user",
            models.UniqueConstraint(
                fields=("tenant", "email"),
                name="user_email_in_tenant",
                violation_error_message="This e-mail address is taken.",
            ),
        ),
        migrations.AddConstraint(
            "user",
            models.UniqueConstraint(
                condition=models.Q(("password__startswith", "!"), _negated=True),
                fields=("email",),
                name="user_one_account_per_email",
                violation_error_message="This e-mail address is taken.",
            ),
        ),
    ]
