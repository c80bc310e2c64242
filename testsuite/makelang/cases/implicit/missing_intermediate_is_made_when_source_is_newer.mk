# setup: touch -d 2021-01-03 a.one; touch -d 2021-01-02 a.three
all: a.three
%.two: %.one ; @echo two; cp $< $@
%.three: %.two ; @echo three; cp $< $@
