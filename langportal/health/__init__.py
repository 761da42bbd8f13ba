"""``/health`` and ``/ready``, for process supervisors and load balancers."""
