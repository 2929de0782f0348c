using System.Globalization;
using System.Text;
using Assay.Verify.Codecs;
using Assay.Verify.Crypto;

namespace Assay.Audit.Auditing;

/// <summary>The third step: what was drawn is asked for, page by page, until all has come or the time for it is over (docs/spec/audits.md section 3).</summary>
internal static class Openings
{
    /// <summary>When what has not come of a draw counts as unopened, in Unix seconds; null where nothing was asked for yet.</summary>
    /// <param name="draw">Its index in our log.</param>
    public static ulong? Deadline(AuditorFolder folder, ulong draw) =>
        folder.Read<object>(NameOf(draw), 64, bytes => Decimals.Read(Encoding.ASCII.GetString(bytes).TrimEnd('\n'))) as ulong?;

    /// <summary>Asks for what has not come of all draws that are not judged.</summary>
    public static async Task FetchAsync(AuditPass pass, Action<AuditProgress>? progress, CancellationToken cancel)
    {
        foreach (var draw in pass.Draws.Where(d => !d.IsJudged).ToArray())
            if (!await FetchAsync(pass, draw, progress, cancel))
                return;
    }

    private static async Task<bool> FetchAsync(AuditPass pass, OwnDraw draw, Action<AuditProgress>? progress, CancellationToken cancel)
    {
        // Durable before the first request: the time runs from it, however often we are stopped.
        if (pass.Now >= (Deadline(pass.Folder, draw.Index) ?? BeginAsking(pass, draw)))
            return true;
        var order = draw.Event.Order();
        for (var from = OpenedPage.FromOf(draw.Judged); from < draw.Event.Drawn; from += OpenedPage.Size)
        {
            if (!await FetchPageAsync(pass, draw, order, from, cancel))
                return false;
            progress?.Invoke(new AuditProgress(AuditStage.Opening, pass.Origin, Math.Min(from + OpenedPage.Size, draw.Event.Drawn), draw.Event.Drawn));
        }
        return true;
    }

    // False where nothing comes now and the provider is not to be asked on.
    private static async Task<bool> FetchPageAsync(AuditPass pass, OwnDraw draw, ulong[] order, ulong from, CancellationToken cancel)
    {
        var until = Math.Min(from + OpenedPage.Size, draw.Event.Drawn);
        var page = OpenedPage.Read(pass.Folder, draw.Index, from);
        for (var attempt = 0; ; attempt++)
        {
            var first = from;
            while (first < until && page.ContainsKey(first))
                first++;
            if (first == until)
                return true;
            var (before, reply) = (page.Count, default(NodeReply));
            try
            {
                var request = pass.Log.Ask(pass.Origin, draw.Index, first, (int)(until - first));
                reply = await pass.Node.OpenAsync(request, line => Take(pass, page, order, first, until, line), cancel);
            }
            finally
            {
                // What came stays, also of an answer that broke off.
                if (page.Count > before)
                    OpenedPage.Write(pass.Folder, draw.Index, from, page);
                pass.News.Opened += page.Count - before;
            }
            if (reply.IsTaken && page.Count == (int)(until - from))
                return true;
            var why = reply.IsTaken ? $"{(int)(until - from) - page.Count} of {until - from} records did not come" : reply.Why;
            if (reply.Answer == NodeAnswer.Refused || attempt >= pass.Options.Retries.Count)
            {
                pass.News.Note($"openings of the draw from epoch {draw.Event.Epoch.Number} of key {draw.Event.KeyId.ToHex()[..8]}: {why}");
                // Some may have been left out on purpose; others are to be had still.
                return reply.IsTaken;
            }
            await Task.Delay(pass.Options.Retries[attempt], pass.Options.Clock, cancel);
        }
    }

    private static void Take(AuditPass pass, SortedDictionary<ulong, OpenedRecord> page, ulong[] order, ulong first, ulong until, OpeningLine line)
    {
        // What was not asked for, came already, or is said to be another record, has not come.
        if (line.Position < first || line.Position >= until || page.ContainsKey(line.Position) || line.Sequence != order[line.Position])
            return;
        Hash digest = default;
        if (line.Kind != OpeningKind.Gone)
        {
            using var content = new MemoryStream(line.Content.ToArray(), writable: false);
            digest = pass.Folder.Bundles.Add(content).Digest;
        }
        page[line.Position] = new OpenedRecord(line.Position, line.Kind, digest);
    }

    private static ulong BeginAsking(AuditPass pass, OwnDraw draw)
    {
        var deadline = pass.Now + (pass.State.Terms?.OpeningSeconds ?? (ulong)pass.Options.OpenWithin.TotalSeconds);
        pass.Folder.Write(NameOf(draw.Index), Encoding.ASCII.GetBytes(deadline.ToString(CultureInfo.InvariantCulture) + "\n"));
        return deadline;
    }

    private static string NameOf(ulong draw) => $"openings/{draw}/deadline";
}
