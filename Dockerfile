# One image for the web server, the worker and the migrations: docker-compose.yml shows how.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
COPY requirements.lock .
RUN /venv/bin/pip install --quiet --require-hashes --requirement requirements.lock
WORKDIR /app
COPY . .
# polib comes with wagtail-localize: no gettext is needed here.
RUN /venv/bin/python -c "import glob, polib; [polib.pofile(p).save_as_mofile(p[:-2] + 'mo') for p in glob.glob('locale/*/LC_MESSAGES/*.po')]"
# The key signs nothing: settings of production do not load without one, and it ends with this line.
RUN SECRET_KEY=for-this-step-only ANNAI_ENV=production \
    ANNAI_DATA_DIR=/tmp/build ANNAI_STATIC_DIR=/app/staticfiles \
    /venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --no-create-home --home-dir /data annai \
    && install --directory --owner annai --group annai --mode 0700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    ANNAI_ENV=production ANNAI_DATA_DIR=/data ANNAI_STATIC_DIR=/app/staticfiles
WORKDIR /app
USER annai
# Uploaded media, the standby index; with SQLite the database too.
VOLUME /data
EXPOSE 8000
# As the proxy would ask, so that neither the https redirect nor the check of hosts answers instead.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", "\
import http.client, os; \
host = os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0].strip().lstrip('.*') or 'localhost'; \
web = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); \
web.request('GET', '/healthz', headers={'Host': host, 'X-Forwarded-Proto': 'https'}); \
raise SystemExit(web.getresponse().status != 200)"]
CMD ["gunicorn", "--config", "config/gunicorn.py", "--bind", "0.0.0.0:8000"]
