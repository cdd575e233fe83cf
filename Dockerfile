# Rulewire in an image: two stages, no root, nothing written but /data.
#
#   docker build -t rulewire .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges -v rulewire:/data \
#     -e SLACK_BOT_TOKEN -e SLACK_APP_TOKEN -e RULEWIRE_CHANNEL rulewire

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY requirements.txt requirements-build.txt ./
RUN python -m venv /opt/rulewire \
    && /opt/rulewire/bin/pip install --require-hashes -r requirements.txt \
    && pip install --require-hashes -r requirements-build.txt
COPY pyproject.toml README.md LICENSE ./
COPY feeds feeds
COPY storage storage
COPY bot bot
RUN pip wheel --no-deps --no-build-isolation --wheel-dir wheels . \
    && /opt/rulewire/bin/pip install --no-deps --no-index wheels/*.whl

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Rulewire" \
      org.opencontainers.image.description="Slack alerts for US rule changes about Huawei and technology standards" \
      org.opencontainers.image.licenses="MIT"
ENV PATH="/opt/rulewire/bin:$PATH" \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    RULEWIRE_DATABASE=/data/rulewire.db
RUN install --directory --owner=10001 --group=10001 --mode=0700 /data
COPY --from=build /opt/rulewire /opt/rulewire
USER 10001:10001
WORKDIR /data
VOLUME ["/data"]
STOPSIGNAL SIGTERM
# Healthy while the process that polls has written its heartbeat lately.
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s --retries=3 CMD ["rulewire", "health"]
ENTRYPOINT ["rulewire"]
CMD ["run"]
