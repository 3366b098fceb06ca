"""Collects statements of support for a European Citizens' Initiative, and cannot read what it stores."""
