"""What should health be made of? Weights, bands, overrides as a draft: who would change colour, what it would have foretold."""

from lib.view import frame, passport
from lib.view.healthrules import editor, preview, publishing, suggestions, versions
from lib.view.healthrules.meaning import meaning

book = frame.page("Health rules", "What should health be made of?")
draft = editor.stand()
words = editor.edit(draft)
shown = preview.show(book, draft, words)
publishing.bar(book, draft, words)
shown |= suggestions.folded(book, draft, words)
versions.show(draft)
passport.passport(meaning(), shown)
