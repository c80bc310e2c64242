# setup: touch -d 2021-01-01 a.one; touch -d 2021-01-02 a.two
all: a.three
%.two: %.one ; cp $< $@
%.three: %.two ; cp $< $@
