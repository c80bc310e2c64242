# Drivers built by kbuild and by kbx and compared. What has to be downloaded for it is kept in the
# user's cache; where it cannot be downloaded, the tests are skipped.
set(drivers_run ${CMAKE_CURRENT_LIST_DIR}/run.py --kbx $<TARGET_FILE:kbx> --planned)
set(drivers_work ${CMAKE_CURRENT_BINARY_DIR}/drivers)

add_test(NAME drivers-comparison-notices COMMAND ${CMAKE_CURRENT_LIST_DIR}/selftest.py)
add_test(NAME drivers-kept-builds COMMAND ${CMAKE_CURRENT_LIST_DIR}/kept_selftest.py)
add_test(NAME drivers-ci COMMAND ${drivers_run} --slice ci --work ${drivers_work}/ci)
add_test(NAME drivers-synthetic COMMAND ${drivers_run} --slice synthetic --parallel 2 --jobs 1
                                        --work ${drivers_work}/synthetic)
add_test(NAME drivers-build-command COMMAND ${drivers_run} --slice ci --mode build
                                            --work ${drivers_work}/build)
add_test(NAME drivers-build-direct COMMAND ${drivers_run} --slice ci --mode build --mod-object direct
                                           --work ${drivers_work}/direct)
set_tests_properties(drivers-comparison-notices drivers-kept-builds drivers-ci drivers-synthetic drivers-build-command
                     drivers-build-direct
                     PROPERTIES LABELS drivers SKIP_RETURN_CODE 77 TIMEOUT 1800)
# They share downloads, and each keeps two processors busy.
set_tests_properties(drivers-ci drivers-synthetic drivers-build-command drivers-build-direct
                     PROPERTIES PROCESSORS 2 RESOURCE_LOCK downloads)

add_test(NAME drivers-synthetic-build CONFIGURATIONS full
         COMMAND ${drivers_run} --slice synthetic --mode build --parallel 2 --jobs 1 --work ${drivers_work}/synthetic-build)
set_tests_properties(drivers-synthetic-build PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 7200)

# The drivers that are not in the slice of CI, which runs before or after.
add_test(NAME drivers-rest-direct CONFIGURATIONS full
         COMMAND ${drivers_run} --slice rest --mode build --mod-object direct --work ${drivers_work}/rest-direct)
add_test(NAME drivers-trixie-direct CONFIGURATIONS full
         COMMAND ${CMAKE_CURRENT_LIST_DIR}/trixie.py --mode build --mod-object direct)
set_tests_properties(drivers-rest-direct drivers-trixie-direct
                     PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 7200)

# kbuild with nothing but its modpost replaced.
add_test(NAME drivers-modpost COMMAND ${drivers_run} --mode modpost --work ${drivers_work}/modpost
                                      --cells ddcci/5.10 evdi/6.1 nat-rtsp/6.1 dpdk-kmods@sid/6.12)
set_tests_properties(drivers-modpost PROPERTIES LABELS drivers SKIP_RETURN_CODE 77 TIMEOUT 1800 PROCESSORS 2
                                                RESOURCE_LOCK downloads)

# Of kbuild with another modpost CI runs a few cells only.
foreach(mode IN ITEMS make build modpost)
  set(slice rest)
  if(mode STREQUAL modpost)
    set(slice all)
  endif()
  add_test(NAME drivers-${slice}-${mode} CONFIGURATIONS full
           COMMAND ${drivers_run} --slice ${slice} --mode ${mode} --work ${drivers_work}/${slice}-${mode})
  # A kernel tree configured for clang, and a root in which tools of Linux 7 run.
  add_test(NAME drivers-llvm-${mode} CONFIGURATIONS full
           COMMAND ${drivers_run} --slice llvm --mode ${mode} --work ${drivers_work}/llvm-${mode})
  add_test(NAME drivers-trixie-${mode} CONFIGURATIONS full
           COMMAND ${CMAKE_CURRENT_LIST_DIR}/trixie.py --mode ${mode})
  set_tests_properties(drivers-${slice}-${mode} drivers-llvm-${mode} drivers-trixie-${mode}
                       PROPERTIES LABELS full SKIP_RETURN_CODE 77 TIMEOUT 7200)
endforeach()
