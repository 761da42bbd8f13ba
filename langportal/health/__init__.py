"""``/health`` and ``/ready``: what a supervisor or a load balancer asks."""
