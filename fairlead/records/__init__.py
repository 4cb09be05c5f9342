"""What every record of an organization can have: history, comments, attachments; and replayed requests."""
