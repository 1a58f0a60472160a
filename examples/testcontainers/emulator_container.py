"""A container with artifact-emulator, for Testcontainers."""

from typing import Any

import boto3
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

PORT = 4700
"""The port of the emulator in its container; on the host it gets a free one."""


class EmulatorContainer(DockerContainer):
    """An emulator, which answers once the container has started."""

    def __init__(self, image: str = "artifact-emulator", **options: Any) -> None:
        super().__init__(image, **options)
        self.with_exposed_ports(PORT)
        self.waiting_for(HttpWaitStrategy(PORT, "/_emulator/health").for_status_code(200))

    @property
    def endpoint(self) -> str:
        """The address of the emulator, for tests on the host."""
        return f"http://{self.get_container_host_ip()}:{self.get_exposed_port(PORT)}"

    def client(self, service: str, account: str) -> Any:
        """Return a client of boto3, which calls as the root user of an account."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name="us-east-1",
            aws_access_key_id=account,
            aws_secret_access_key="placeholder",  # noqa: S106 - any text; accounts have no secrets here.
        )
