"""Where one person answered several times: what is kept of it, so that scores say how sure."""
