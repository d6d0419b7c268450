"""What functions of C do to an object, as a compiler reads them: no spec is known here."""
