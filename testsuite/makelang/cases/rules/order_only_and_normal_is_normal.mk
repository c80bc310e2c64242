# setup: touch -d 2021-01-02 out; touch -d 2021-01-03 in
out: in | in ; @echo remade [$^] [$|]
