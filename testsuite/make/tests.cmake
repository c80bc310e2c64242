# Make's words and what takes them for others: kbx make, kbx shim and kbx dkms; one test for each file of cases.
add_cases(make TIMEOUT 1200 WITHOUT packages dkms_packages wrappers configure)

# What is made of Debian's packages: one of them in every run, all in the full one. Where nothing can be downloaded or
# dkms is not installed, they are skipped.
function(add_package_test name cases behaviour)
  add_test(NAME make-${name} ${ARGN}
           COMMAND python3 ${make_folder}/../harness/runner.py --kbx $<TARGET_FILE:kbx>
                   --work ${CMAKE_CURRENT_BINARY_DIR}/make/${name} ${make_folder}/cases/${cases}.py ${behaviour})
  set_tests_properties(make-${name} PROPERTIES LABELS make SKIP_RETURN_CODE 77 TIMEOUT 1200 RESOURCE_LOCK downloads)
  if(ARGN)
    set_tests_properties(make-${name} PROPERTIES LABELS full TIMEOUT 7200)
  endif()
endfunction()

set(make_folder ${CMAKE_CURRENT_LIST_DIR})
add_package_test(dkms-package dkms_packages a_package)
add_package_test(dkms-packages dkms_packages five_packages CONFIGURATIONS full)
add_package_test(wrapper wrappers a_makefile)
add_package_test(wrappers wrappers all_makefiles CONFIGURATIONS full)
add_package_test(configure configure probes_of_iptables_netflow CONFIGURATIONS full)
