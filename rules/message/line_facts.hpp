// SPDX-License-Identifier: Apache-2.0
// The five W's of a line that is not JSON: sshd and sudo, web servers' access logs, anything else
// as it stands.
#pragma once
#include <string_view>

#include "tocsin/notification.hpp"

namespace tocsin {

// All but `when`. What is not certain stays empty: a user name is chosen by who attacks.
FiveWs line_facts(std::string_view line);

}  // namespace tocsin
