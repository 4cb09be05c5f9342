"""Invoices on paper and on their way: the PDF, and its delivery."""
