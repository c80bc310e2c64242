#!/bin/sh
# Stands in for sparse: remembers, beside the file it is to check, that it was called.
for last; do :; done
echo "$last" >> "$(dirname "$last")/checked-files"
