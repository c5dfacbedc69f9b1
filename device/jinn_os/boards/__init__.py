"""What a thing can really do. A driver a file; those called `sim_*` pretend, with physics."""
