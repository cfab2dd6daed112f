# The service without a model inside: bundles are mounted. (`bentoml build` and `bentoml
# containerize` make an image with the champions inside.)
#
#   docker build -f infra/docker/serve.Dockerfile -t tryon-serve .
#   docker run -p 3000:3000 -v "$PWD/var/bundles/makeup/1:/bundles/makeup:ro" tryon-serve
#
# Pin the base by digest where images are promoted: --build-arg BASE=python@sha256:…
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS packages
COPY requirements.serve.lock /
RUN pip install --no-cache-dir uv==0.13.9 && \
    uv venv /venv && \
    VIRTUAL_ENV=/venv uv pip install --no-cache --compile-bytecode -r /requirements.serve.lock

FROM ${BASE}
RUN apt-get update && \
    apt-get install -y --no-install-recommends libgl1 libglib2.0-0 && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --uid 1034 --create-home tryon
COPY --from=packages /venv /venv
COPY bentofile.yaml /app/
COPY bento /app/bento
COPY tryon /app/tryon
WORKDIR /app
# Everything written at run time lies under /tmp: the root file system may be read-only.
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    BENTOML_HOME=/tmp/bentoml \
    BENTOML_DO_NOT_TRACK=true \
    MPLCONFIGDIR=/tmp/matplotlib \
    TRYON_BUNDLES=/bundles
USER 1034
EXPOSE 3000
HEALTHCHECK --start-period=40s --interval=10s CMD \
    python -c "from urllib.request import urlopen; urlopen('http://127.0.0.1:3000/readyz', timeout=3)"
CMD ["bentoml", "serve", "--host", "0.0.0.0", "--port", "3000"]
