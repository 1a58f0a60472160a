FROM python:3.13-slim AS build
WORKDIR /source
COPY LICENSE README.md pyproject.toml ./
COPY scripts/image_steps scripts/
COPY emulator emulator/
COPY state state/
RUN scripts/image_steps build /wheels && \
    scripts/image_steps install /opt/artifact-emulator /wheels && \
    scripts/image_steps verify /opt/artifact-emulator

# The same image as above, since the installed scripts contain the path of its Python.
FROM python:3.13-slim
LABEL org.opencontainers.image.title="artifact-emulator" \
      org.opencontainers.image.description="A local emulator of the integration between AWS Organizations and AWS Artifact" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/artifact-emulator /opt/artifact-emulator
# For the command, and the Python of the health check.
ENV PATH=/opt/artifact-emulator/bin:$PATH
# A number, because Kubernetes cannot verify that a named user is not root.
USER 10001:10001
EXPOSE 4700
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 \
  CMD ["python", "-IS", "-c", "import http.client, sys; probe = http.client.HTTPConnection('127.0.0.1', 4700, timeout=2); probe.request('GET', '/_emulator/health'); sys.exit(probe.getresponse().status != 200)"]
ENTRYPOINT ["artifact-emulator"]
# A container is reached by its network address only; the host decides which ports it publishes.
CMD ["serve", "--host", "0.0.0.0"]
