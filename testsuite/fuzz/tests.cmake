# Fuzz targets: fuzz/NAME.cc with the inputs in fuzz/corpus/NAME. With KBX_FUZZ they are libFuzzer programs (./dev
# fuzz); otherwise each replays its corpus, in which every input that once broke something stays.
set(fuzz_targets makefile options depfile config object line_table needed_versions deb caches genksyms preprocess module_object
    symvers kernel_symbols metadata signature)
foreach(target IN LISTS fuzz_targets)
  add_executable(fuzz-${target} ${CMAKE_CURRENT_LIST_DIR}/${target}.cc)
  target_link_libraries(fuzz-${target} PRIVATE kbx_ninja kbx_kernel kbx_symbols kbx_cpp)
  if(KBX_FUZZ)
    target_link_options(fuzz-${target} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz-${target} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/replay.cc)
    set(seeds ${CMAKE_CURRENT_LIST_DIR}/corpus/${target})
    if(target STREQUAL makefile)
      list(APPEND seeds ${PROJECT_SOURCE_DIR}/testsuite/makelang/cases)
    elseif(target STREQUAL genksyms)
      list(APPEND seeds ${PROJECT_SOURCE_DIR}/testsuite/symbols/cases)
    elseif(target STREQUAL preprocess)
      list(APPEND seeds ${PROJECT_SOURCE_DIR}/testsuite/symbols/preprocess)
    endif()
    add_test(NAME fuzz-${target} COMMAND fuzz-${target} ${seeds})
    set_tests_properties(fuzz-${target} PROPERTIES LABELS fuzz TIMEOUT 300)
  endif()
endforeach()
target_link_options(fuzz-makefile PRIVATE -Wl,--wrap=fopen)

# Object files altered in thousands of ways, through every reader of ELF. The 10,000 of each count only where sanitizers
# look on: ./dev asan --full runs them.
if(NOT KBX_FUZZ)
  set(here ${CMAKE_CURRENT_LIST_DIR})
  add_executable(fuzz-mutations ${here}/mutations.cc ${here}/elf_layout.cc ${here}/elf_mutator.cc ${here}/memory_meter.cc
                                ${here}/object_readers.cc)
  target_link_libraries(fuzz-mutations PRIVATE kbx_ninja kbx_kernel kbx_symbols)
  set(run_mutations python3 ${here}/mutations.py --kbx $<TARGET_FILE:kbx> --program $<TARGET_FILE:fuzz-mutations>)
  set(mutations_work ${CMAKE_CURRENT_BINARY_DIR}/mutations)
  add_test(NAME fuzz-mutations COMMAND ${run_mutations} --work ${mutations_work}/some)
  add_test(NAME fuzz-mutations-selftest COMMAND ${run_mutations} --work ${mutations_work}/selftest --selftest)
  set_tests_properties(fuzz-mutations fuzz-mutations-selftest PROPERTIES LABELS fuzz SKIP_RETURN_CODE 77 TIMEOUT 900)
  if(KBX_SANITIZE)
    add_test(NAME fuzz-mutations-all CONFIGURATIONS full
             COMMAND ${run_mutations} --work ${mutations_work}/all --count 10000 --seed 2)
    set_tests_properties(fuzz-mutations-all PROPERTIES LABELS "full;sanitized" SKIP_RETURN_CODE 77 TIMEOUT 28800)
  endif()
endif()
