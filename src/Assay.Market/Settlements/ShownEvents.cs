using Assay.Reliability.Passports;
using Assay.Verify;
using Assay.Verify.Dsse;
using Assay.Verify.Statements;

namespace Assay.Market.Settlements;

/// <summary>The open entries that a passport shows of a log, at their places.</summary>
internal static class ShownEvents
{
    /// <returns>Place in the log and event; what is no event of this version is passed over: the passport's verifier says so.</returns>
    public static IEnumerable<(ulong Index, LogEvent Event)> Of(PassportLog log)
    {
        ulong at = 0;
        foreach (var item in log.Items)
        {
            if (item.IsShown && !item.Entry.Span.StartsWith(SealedEntry.Prefix) && Read(item.Entry.Span) is { } step)
                yield return (at, step);
            at += 1UL << item.Height;
        }
    }

    private static LogEvent? Read(ReadOnlySpan<byte> entry)
    {
        try
        {
            return LogEvent.Parse(OpenEntry.Parse(entry).Payload.Span);
        }
        catch (MalformedException)
        {
            return null;
        }
    }
}
