# setup: touch -d 2021-01-01 old; touch -d 2021-01-03 new; touch -d 2021-01-02 out
out: old new old | ord ; @echo '@=$@ <=$< ^=$^ +=$+ ?=$? |=$|'
ord: ; @:
