using System.Text;
using Assay.Verify;
using Assay.Verify.Codecs;
using Assay.Verify.Notes;
using Assay.Verify.Policies;

namespace Assay.Log.Witnessing;

/// <summary>How asking one witness ended.</summary>
internal enum Asked
{
    Cosigned,

    /// <summary>It has cosigned a larger tree than the one it was shown.</summary>
    Ahead,

    /// <summary>What it cosigned before is no prefix of the tree it was shown.</summary>
    Forked,

    /// <summary>No answer, a refusal, or an answer that makes no sense.</summary>
    Failed,
}

/// <param name="Size">What the witness says it has cosigned, where it says so.</param>
internal sealed record AskedResult(Asked Outcome, string Detail, ulong Size = 0, NoteSignature? Line = null);

/// <summary>The log's side of tlog-witness with one witness: what it has cosigned last, and when to ask again.</summary>
internal sealed class WitnessSession(Witness witness, Uri url, WitnessTransport transport)
{
    private readonly Uri address = new(url.ToString().TrimEnd('/') + "/" + AddCheckpoint.Path);
    private ulong known;

    public Witness Witness { get; } = witness;

    public int Failures { get; private set; }

    /// <summary>By the clock's timestamp; not before this it is asked again.</summary>
    public DateTimeOffset NotBefore { get; private set; }

    public string Detail { get; private set; } = "not asked yet";

    /// <summary>Size of the newest checkpoint that it has cosigned for us.</summary>
    public ulong Cosigned { get; private set; }

    /// <summary>What a stored cosignature says of it.</summary>
    public void Remember(ulong size) => (known, Cosigned) = (size, size);

    /// <summary>Asks once, and once more with the right old size where the witness names it.</summary>
    public async Task<AskedResult> AskAsync(LogReader head, TimeSpan timeout, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(timeout);
        try
        {
            var result = await AskAsync(head, SignedNote.Parse(head.Signed!.Note), limit.Token);
            if (result.Outcome == Asked.Cosigned)
                Remember(head.Checkpoint.Size);
            return result;
        }
        catch (OperationCanceledException)
        {
            return new AskedResult(Asked.Failed, "no answer in time");
        }
        catch (Exception e) when (e is HttpRequestException or MalformedException or LogException)
        {
            return new AskedResult(Asked.Failed, e.Message);
        }
        catch (Exception e)
        {
            // Whatever it is, the other witnesses are not to miss the answer for it.
            return new AskedResult(Asked.Failed, $"unexpected: {e.GetType().Name}: {e.Message}");
        }
    }

    public void Settle(AskedResult result, DateTimeOffset now, TimeSpan first, TimeSpan most)
    {
        Detail = result.Detail;
        Failures = result.Outcome == Asked.Cosigned ? 0 : Failures + 1;
        NotBefore = Failures == 0 ? now : now + TimeSpan.FromTicks(Math.Min(most.Ticks, first.Ticks << Math.Min(Failures - 1, 20)));
    }

    private async Task<AskedResult> AskAsync(LogReader head, SignedNote note, CancellationToken ct)
    {
        var size = head.Checkpoint.Size;
        // Its own word may be needed twice: the old size, and then another one took its place.
        for (var attempt = 0; attempt < 3; attempt++)
        {
            var old = Math.Min(known, size);
            var request = new AddCheckpoint(old, [.. head.ConsistencyProof(old, size)], note);
            var reply = await transport(address, request.ToBytes(), ct);
            switch (reply.Status)
            {
                case 200:
                    return new AskedResult(Asked.Cosigned, $"cosigned size {size}", size, LineOf(note, reply.Body));
                case 409 when reply.ContentType == AddCheckpoint.SizeMediaType:
                    var latest = SizeOf(reply.Body);
                    if (latest > size)
                        return new AskedResult(Asked.Ahead, $"has cosigned size {latest}", latest);
                    if (latest == old)
                        return latest == size
                            ? new AskedResult(Asked.Forked, $"has cosigned another root at size {size}", size)
                            : new AskedResult(Asked.Failed, $"asks for the old size {latest}, which it was given");
                    known = latest;
                    continue;
                case 422 when old > 0:
                    return new AskedResult(Asked.Forked, $"finds that the tree it cosigned at size {old} is no prefix of size {size}", old);
                default:
                    return new AskedResult(Asked.Failed, $"answers with status {reply.Status}");
            }
        }
        return new AskedResult(Asked.Failed, "goes on changing the size that it has cosigned");
    }

    // The lines are appended to the note that they are for, and judged as its own; those of other keys are ignored.
    private NoteSignature LineOf(SignedNote note, byte[] body)
    {
        var cosigned = SignedNote.Parse([.. Encoding.UTF8.GetBytes(note.ToString()), .. body]);
        return cosigned.Text == note.Text && cosigned.IsSignedBy(Witness.Key)
            ? cosigned.LinesOf(Witness.Key).First()
            : throw new MalformedException("answers without a cosignature by its key");
    }

    private static ulong SizeOf(byte[] body)
    {
        var text = Encoding.ASCII.GetString(body);
        return text.EndsWith('\n') ? Decimals.Read(text[..^1]) : throw new MalformedException("names a size without a final newline");
    }
}
