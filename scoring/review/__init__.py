"""The review: what people say of attempts, kept beside the records, and how it counts."""
