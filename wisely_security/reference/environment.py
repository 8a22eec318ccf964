"""The environment variables that settings.py reads: name, meaning, default, in the order in which people need them."""

VARIABLES = (
    ("SECRET_KEY", "signs sessions and links; long, random and secret", "required unless `DEBUG` is on"),
    ("ALLOWED_HOSTS", "host names that the site answers to, separated by commas", "with `DEBUG`, this machine"),
    (
        "SITE_URL",
        "the address that people open, such as `https://security.example.com`. Links in e-mails and displayed short "
        "links begin with it, whatever a request's Host header says. Its host is one of `ALLOWED_HOSTS`",
        "with `DEBUG`, `http://localhost:8000`; `make run`: the port in use",
    ),
    (
        "FACTOR_KEYS",
        "what secrets of second factors are encrypted with: 32 bytes in base64 (`openssl rand -base64 32`). Several "
        "are separated by commas: the first encrypts, the others still open what they encrypted "
        "([second factor](../using/second-factor.md))",
        "required unless `DEBUG` is on",
    ),
    (
        "REQUIRE_SECOND_FACTOR",
        "`1` requires a second factor of everybody, at once ([second factor](../using/second-factor.md#for-operators))",
        "`0`",
    ),
    (
        "BREACHED_PASSWORDS_FILE",
        "a list of passwords that nobody can choose, beside the one that comes with the site "
        "([guessing](../operating/guessing.md#new-passwords))",
        "none",
    ),
    ("DATABASE_URL", "the database, as the app role", "`manage.py` starts the embedded one"),
    (
        "DATABASE_OWNER_URL",
        "the same database as its owner, for migrations, partitions and archives; never for the web server",
        "with the embedded database, its owner",
    ),
    ("DATABASE_REPLICA_URL", "a streaming replica of it, as the app role, for reading events", "none"),
    (
        "DATABASE_CELL_URLS",
        "further servers for whole tenants, as the app role, by name: `eu-1=postgresql://… us-1=postgresql://…` "
        "([cells](../operating/cells.md))",
        "none",
    ),
    ("DATABASE_CELL_OWNER_URLS", "the same databases as their owners; never for the web server", "none"),
    ("DATABASE_CELL_REPLICA_URLS", "streaming replicas of them, as the app role, for reading events", "none"),
    (
        "BACKGROUND_CELLS",
        "the cells for which a process sends e-mails and checkpoints and runs projectors, separated by spaces: "
        "`main eu-1` ([cells](../operating/cells.md#background-work))",
        "all",
    ),
    ("KEEP_LOGIN_ACTIVITY_MONTHS", "after how many months events of Login Activity are archived", "never"),
    ("KEEP_AUDIT_TRAIL_MONTHS", "after how many months events of the Audit Trail are archived", "never"),
    ("ARCHIVE_DIR", "where archives are written", "`archives` in `DATA_DIR`"),
    (
        "SIGNING_KEY",
        "the Ed25519 key that checkpoints are signed with, 32 bytes in base64: `openssl rand -base64 32`",
        "the one in `SIGNING_KEY_FILE`",
    ),
    (
        "SIGNING_KEY_FILE",
        "a file that holds it, and that nobody but its owner may read",
        "`signing_key` in `DATA_DIR`; `make run` makes one",
    ),
    (
        "SIGNING_KEYS_RETIRED",
        "public keys that were in use before, in base64, separated by commas: what they signed still verifies",
        "none",
    ),
    (
        "LOG_ORIGIN",
        "the name that new logs begin with, such as `security.example.com`; a log keeps its own",
        "the host of `SITE_URL`",
    ),
    (
        "CHECKPOINT_DIR",
        "where signed checkpoints are written, outside of the database; copy it elsewhere. All web processes share it",
        "`checkpoints` in `DATA_DIR`",
    ),
    ("DATA_DIR", "where the embedded database and generated files are kept", "`data` in this folder"),
    (
        "STATIC_ROOT",
        "where `collectstatic` puts style sheets, scripts and icons, and the web server finds them",
        "`staticfiles` in this folder; `make run`: `static` in `DATA_DIR`",
    ),
    ("CSRF_TRUSTED_ORIGINS", "further origins that may submit forms, separated by commas", "none"),
    (
        "TRUSTED_PROXIES",
        "how many proxies stand in front, or their networks: `1` or `10.0.0.0/8,192.0.2.7`",
        "none: headers that name a client are ignored",
    ),
    ("TRUST_X_FORWARDED_PROTO", "`1` if the proxy sets this header on every request", "`0`"),
    (
        "GEOIP_PATH",
        "an MMDB file, or a folder of them, that says where addresses are",
        "`places` in `DATA_DIR`",
    ),
    (
        "OUTBOUND_ALLOWED_NETWORKS",
        "private networks in which webhooks and witnesses of checkpoints may be, separated by commas; all others have "
        "public addresses",
        "none; with `DEBUG`, this machine",
    ),
    ("EMAIL_HOST", "the mail server", "none: e-mails, with their links, are printed on the console"),
    ("EMAIL_PORT", "its port", "`25`"),
    ("EMAIL_HOST_USER", "the user name there", "none"),
    ("EMAIL_HOST_PASSWORD", "the password there", "none"),
    ("EMAIL_USE_TLS", "`1` to use STARTTLS", "`0`"),
    ("DEFAULT_FROM_EMAIL", "the sender of e-mails", "`Wisely Security <no-reply@wisely.example>`"),
    (
        "DEBUG",
        "`1` for development: `manage.py serve`, demo sign-ins, no TLS, Django's error pages",
        "`0`; `make`, and `manage.py` without `DATABASE_URL`, set `1`",
    ),
    ("DEBUG_PAGES", "`0` shows the site's own error pages even with `DEBUG`", "`1`; `make run` sets `0`"),
)
