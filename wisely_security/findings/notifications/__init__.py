"""Who is notified of findings by e-mail: those who may view them (alerts and daily digests: ``alerts.py``,
``mailing.py``), and the person whose sign-in it was, "Was this you?" (``questions.py``, ``answers.py``).

Who is to be notified is written in the transaction of the finding. The mail worker puts it into the outbox when it is
due.
"""
