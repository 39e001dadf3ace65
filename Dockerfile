# Stride in a container: docker build -t stride . ; see compose.yaml for every day.
FROM python:3.12-slim AS wheel
RUN pip install --no-cache-dir "setuptools>=80" wheel
WORKDIR /src
COPY pyproject.toml setup.py README.md LICENSE dbt_project.yml selectors.yml ./
COPY python python
COPY models models
COPY macros macros
COPY seeds seeds
COPY profiles profiles
COPY tests/generic tests/generic
COPY tests/singular tests/singular
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /dist .

FROM python:3.12-slim
# OpenMP, which scikit-learn and LightGBM want.
RUN apt-get update && apt-get install --no-install-recommends --yes libgomp1 \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir --no-deps --require-hashes -r /tmp/requirements.txt
COPY --from=wheel /dist/*.whl /tmp/
RUN pip install --no-cache-dir --no-deps /tmp/*.whl && rm /tmp/*.whl /tmp/requirements.txt
RUN useradd --create-home --uid 10001 stride && mkdir /data && chown stride /data
USER stride
WORKDIR /home/stride
ENV STRIDE_HOME=/data DO_NOT_TRACK=1 MLFLOW_DISABLE_TELEMETRY=true
VOLUME /data
ENTRYPOINT ["stride"]
CMD ["update"]
