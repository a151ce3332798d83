"""The bundled demo: content in both languages and questions about it."""
