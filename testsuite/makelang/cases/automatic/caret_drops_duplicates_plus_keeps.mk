out: b a b c a ; @echo [$^] [$+]
a b c: ; @:
