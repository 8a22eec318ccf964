"""How events are sealed so that anybody can check them without trusting us: leaves, trees, signed checkpoints, proofs.
``docs/operating/integrity.md`` explains it. ``witness.py`` and ``verify_bundle.py`` are handed out: each is one file,
however long, and imports nothing of ours."""
