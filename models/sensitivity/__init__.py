"""What would overturn a rate: five questions, and the tests behind each answer."""
