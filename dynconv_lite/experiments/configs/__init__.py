"""The configurations: what each experiment may be asked, field by field."""
