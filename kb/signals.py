"""What articles tell the rest of the portal beyond Django's and Wagtail's own signals.

The importer writes pages in bulk, so none of Wagtail's signals about publishing are sent for
them; these two take their place. Normal editing does not send them.
"""

from django.dispatch import Signal

# Inside the transaction that wrote them: ``article_ids`` (list[int]) were created, changed,
# published or unpublished.
articles_changed = Signal()

# After the last commit of an import: ``article_ids`` (list[int]) are all it wrote;
# ``progress(done, total)`` may be called by whoever makes them findable. Receivers return when
# they are done, and so does the import.
articles_imported = Signal()
