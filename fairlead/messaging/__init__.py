"""What leaves the house: an outbox of rows, written in the transaction of the work, and the worker that delivers."""
