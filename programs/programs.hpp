// The public face of programs/: ready-made policies, policies of your own, enforced or pinned, and what they report.
#pragma once

#include <lsmith/loader/loader.hpp>
#include <lsmith/programs/enforce/enforce_policy.hpp>
#include <lsmith/programs/enforce/request.hpp>
#include <lsmith/programs/examples/examples.hpp>
#include <lsmith/programs/pinned/out_of_reach.hpp>
#include <lsmith/programs/pinned/pin_policy.hpp>
#include <lsmith/programs/pinned/status.hpp>
#include <lsmith/programs/policies/all.hpp>
#include <lsmith/programs/policies/catalogue.hpp>
#include <lsmith/programs/policy/choices.hpp>
#include <lsmith/programs/policy/decision_counts.hpp>
#include <lsmith/programs/policy/description.hpp>
#include <lsmith/programs/policy/event.hpp>
#include <lsmith/programs/policy/policy.hpp>
#include <lsmith/programs/policy/ready_made.hpp>
#include <lsmith/programs/profiles/profile.hpp>
#include <lsmith/programs/report/decisions.hpp>
#include <lsmith/programs/report/learn.hpp>
#include <lsmith/programs/report/metrics.hpp>
#include <lsmith/programs/report/event_lines.hpp>
#include <lsmith/programs/standalone/standalone.hpp>
