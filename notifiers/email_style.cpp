// SPDX-License-Identifier: Apache-2.0
#include "notifiers/email_style.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "tocsin/result.hpp"

namespace tocsin {
namespace {

// The fonts that a system has for its own texts; the last is for those that have none of them.
#define TOCSIN_MAIL_FONTS \
  "-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif"
#define TOCSIN_MAIL_MONO "Menlo,Consolas,'DejaVu Sans Mono',monospace"

constexpr std::pair<std::string_view, std::string_view> kStyles[] = {
    {"page",
     "margin:0;padding:0;background-color:#f2f4f7;color:#16191f;font-family:" TOCSIN_MAIL_FONTS
     ";font-size:15px;line-height:1.45"},
    {"frame", "background-color:#f2f4f7;border-collapse:collapse"},
    {"margin", "padding:20px 10px"},
    {"card",
     "max-width:680px;background-color:#ffffff;border-collapse:separate;border-spacing:0;"
     "border:1px solid #dfe3e8;border-radius:6px;text-align:left;table-layout:fixed"},
    {"banner", "margin:0;font-size:14px;color:#5a6675;overflow-wrap:anywhere"},
    {"headline",
     "margin:10px 0 6px;font-size:21px;line-height:1.3;font-weight:bold;color:#16191f;"
     "overflow-wrap:anywhere"},
    {"muted", "margin:0 0 14px;font-size:14px;color:#5a6675;overflow-wrap:anywhere"},
    {"facts", "width:100%;border-collapse:collapse;table-layout:fixed"},
    {"label", "width:132px;padding:5px 12px 5px 0;vertical-align:top;font-size:14px;color:#5a6675"},
    {"value",
     "padding:5px 0;vertical-align:top;font-size:15px;font-weight:bold;color:#16191f;"
     "overflow-wrap:anywhere"},
    {"detail",
     "padding:4px 0;vertical-align:top;font-size:14px;color:#16191f;overflow-wrap:anywhere"},
    {"box",
     "margin:16px 0;padding:12px 16px;background-color:#f5f7f9;border:1px solid #e6e9ed;"
     "border-radius:6px"},
    {"measure", "margin:0;font-size:14px;color:#5a6675;overflow-wrap:anywhere"},
    {"number", "font-size:24px;font-weight:bold;color:#16191f;padding-right:8px"},
    {"chart", "display:block;width:100%;max-width:520px;height:56px;margin:10px 0 2px;border:0"},
    {"caption", "margin:2px 0 0;font-size:12px;color:#5a6675;overflow-wrap:anywhere"},
    {"action", "margin:16px 0"},
    {"button",
     "display:inline-block;padding:8px 16px;border-radius:5px;background-color:#0b5cad;"
     "color:#ffffff;font-size:14px;font-weight:bold;text-decoration:none"},
    {"link", "color:#0b5cad"},
    {"note", "margin:12px 0;font-size:14px;color:#16191f;overflow-wrap:anywhere"},
    {"heading", "margin:24px 0 6px;font-size:15px;font-weight:bold;color:#16191f"},
    {"event", "margin:10px 0 2px;font-size:14px;color:#16191f;overflow-wrap:anywhere"},
    {"raw",
     "margin:4px 0 0;padding:8px 10px;background-color:#f5f7f9;border:1px solid #e6e9ed;"
     "border-radius:5px;font-family:" TOCSIN_MAIL_MONO
     ";font-size:12px;color:#16191f;white-space:pre-wrap;overflow-wrap:anywhere"},
    {"footer",
     "max-width:680px;margin:12px auto 0;padding:0 10px;font-size:12px;color:#5a6675;"
     "text-align:left;overflow-wrap:anywhere"},
};

// "!important": inline styles would win otherwise.
constexpr std::string_view kSheet = R"(:root { color-scheme: light dark; }
@media (max-width: 480px) {
  .margin { padding: 8px 4px !important; }
  .inside { padding: 16px 14px !important; }
  .values td { display: block !important; width: auto !important; }
  .values .label { padding: 8px 0 0 !important; }
  .value { padding: 0 !important; }
  .details .label { width: 116px !important; font-size: 13px !important; }
  .detail { font-size: 13px !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background-color: #0f1318 !important; color: #e4e8ee !important; }
  .card { background-color: #191f27 !important; border-color: #2b333e !important; }
  .headline, .value, .detail, .number, .note, .heading, .event { color: #e4e8ee !important; }
  .banner, .muted, .label, .measure, .caption, .footer { color: #9ba7b6 !important; }
  .box, .raw { background-color: #12171d !important; border-color: #2b333e !important; }
  .raw { color: #c9d1db !important; }
  .link { color: #6cb2f5 !important; }
  .button { background-color: #2273c9 !important; }
}
)";

#undef TOCSIN_MAIL_FONTS
#undef TOCSIN_MAIL_MONO

}  // namespace

std::string style(std::string_view kind) {
  const auto* found = std::find_if(std::begin(kStyles), std::end(kStyles),
                                   [&](const auto& row) { return row.first == kind; });
  TOCSIN_ASSERT(found != std::end(kStyles));
  return " style=\"" + std::string(found->second) + "\"";
}

std::string_view mail_style_sheet() { return kSheet; }

}  // namespace tocsin
