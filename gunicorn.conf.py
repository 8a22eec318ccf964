"""The web server, in development and in production alike. Options on its command line win."""

worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 10  # seconds a download may take to end when the site is stopped
accesslog = None  # the reverse proxy's business
loglevel = "warning"
control_socket_disable = True
