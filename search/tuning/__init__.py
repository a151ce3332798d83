"""What people decide about questions: synonyms, promoted answers, golden questions."""
