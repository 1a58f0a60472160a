# The digest of python:3.13-slim on 2026-09-30; docs/supply-chain.md says how it is renewed.
FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS build
WORKDIR /source
COPY LICENSE README.md pyproject.toml ./
COPY scripts/image_steps scripts/
COPY locks locks/
COPY emulator emulator/
COPY state state/
COPY docs/artifact-emulator.1 docs/
RUN scripts/image_steps tools /tools && \
    scripts/image_steps build /tools /wheels && \
    scripts/image_steps install /opt/artifact-emulator /wheels && \
    scripts/image_steps sbom /tools /opt/artifact-emulator && \
    scripts/image_steps verify /opt/artifact-emulator

# The same image as above, since the installed scripts contain the path of its Python.
FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
LABEL org.opencontainers.image.title="artifact-emulator" \
      org.opencontainers.image.description="A local emulator of the integration between AWS Organizations and AWS Artifact" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/artifact-emulator /opt/artifact-emulator
# A container is reached by its network address only; the host decides which ports it publishes. The ready file tells the
# health check the port.
ENV PATH=/opt/artifact-emulator/bin:$PATH \
    ARTIFACT_EMULATOR_HOST=0.0.0.0 \
    ARTIFACT_EMULATOR_READY_FILE=/tmp/artifact-emulator.json
# A number, because Kubernetes cannot verify that a named user is not root.
USER 10001:10001
EXPOSE 4700
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 CMD ["artifact-emulator", "health"]
ENTRYPOINT ["artifact-emulator"]
CMD ["serve"]
