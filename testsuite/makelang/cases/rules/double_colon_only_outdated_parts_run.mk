# setup: touch -d 2021-01-01 old; touch -d 2021-01-03 new; touch -d 2021-01-02 out
out:: old ; @echo because of old
out:: new ; @echo because of new
