using Assay.Reliability.Passports;
using Assay.Verify.Dsse;
using Assay.Verify.Statements;

namespace Assay.Audit.Passports;

/// <summary>Makes the certificate of a passport's last step (docs/spec/passports.md section 5).</summary>
public static class CertificateMaker
{
    /// <param name="report">Of a passport that was recomputed.</param>
    /// <param name="folder">The log that its steps are in.</param>
    public static CertificateFile Make(PassportReport report, LoggedTree folder)
    {
        var passport = report.Passport!;
        ulong index = 0;
        foreach (var item in passport.Logs[0].Items)
        {
            if (item.IsShown && !item.Entry.Span.StartsWith(SealedEntry.Prefix)
                && LogEvent.Parse(OpenEntry.Parse(item.Entry.Span).Payload.Span) is AccountEpochEvent step && step.Account == report.State!.Account && step.Step == passport.Step)
                return new CertificateFile(passport.Account, item.Entry, folder.Prove(index), report.State.ToBytes());
            index += 1UL << item.Height;
        }
        throw new ArgumentException("a passport without its last step", nameof(report));
    }
}
