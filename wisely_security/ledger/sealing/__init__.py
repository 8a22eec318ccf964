"""How events are sealed so that anybody can check them without trusting us: leaves, trees, signed checkpoints, proofs.
``docs/integrity.md`` explains it. ``witness.py`` and ``verify_bundle.py`` are handed out and import nothing of ours."""
