# setup: touch old
# args: old new old
old: ; @echo never
new: ; @echo new
