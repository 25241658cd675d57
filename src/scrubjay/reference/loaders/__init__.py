"""One module per official source: each recognises its releases by content and reads them whole."""
