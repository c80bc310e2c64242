%.x: override A = pattern
%.x: B = p
a.x: A = target
a.x: B += t
a.x: ; @echo [$(A)] $(origin A) [$(B)]
