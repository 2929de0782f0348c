using Assay.Verify.Statements;

namespace Assay.Verify.Audits;

/// <summary>The epochs of one serving key, as its records and the events around it come (docs/spec/audits.md section 1). Not for several threads.</summary>
/// <remarks>
/// An epoch ends with its last record, and earlier where somebody could otherwise leave it open for ever: when the lease runs out,
/// the key is retired or declared compromised, or another key of its segment is introduced.
/// </remarks>
internal sealed class KeyEpochs
{
    private readonly ulong length;
    private readonly List<KeyEpoch> ended = [];
    private ulong first;
    private ulong records;
    private ulong until;
    private ulong trustEnd = ulong.MaxValue;
    private ulong forgotten;

    /// <param name="length">Records of an epoch that nothing cuts short.</param>
    /// <param name="until">The first index that the lease does not cover.</param>
    public KeyEpochs(ulong length, ulong until) => (this.length, this.until) = (length, until);

    /// <summary>The first index at which the key may not sign, as things stand.</summary>
    public ulong LeaseEnd => Math.Min(until, trustEnd);

    /// <summary>How many of the first epochs are not kept any more.</summary>
    public ulong Forgotten => forgotten;

    /// <summary>Epochs that have ended in a log of <paramref name="size"/> entries, which are those that were told; without the forgotten ones.</summary>
    public IEnumerable<KeyEpoch> Ended(ulong size) => HasLapsed(size) ? [.. ended, Current(LeaseEnd)] : ended;

    /// <summary>How many of them there are: the number of the epoch that the next record belongs to.</summary>
    public ulong Next(ulong size) => Cuts + (HasLapsed(size) ? 1UL : 0);

    public KeyEpoch? At(ulong number, ulong size)
    {
        if (number < forgotten)
            throw new ArgumentOutOfRangeException(nameof(number), number, $"epochs below {forgotten} are forgotten");
        if (number < Cuts)
            return ended[(int)(number - forgotten)];
        return number == Cuts && HasLapsed(size) ? Current(LeaseEnd) : null;
    }

    /// <summary>Forgets the epochs below a number that have ended in a log of <paramref name="size"/> entries.</summary>
    public void Forget(ulong below, ulong size)
    {
        CutIfLapsed(size);
        var more = Math.Min(Math.Max(below, forgotten), Cuts) - forgotten;
        ended.RemoveRange(0, (int)more);
        forgotten += more;
    }

    /// <summary>How many more records the current epoch takes.</summary>
    public ulong Room => length - records;

    /// <param name="count">At most <see cref="Room"/>, or 1; since the first of them nothing was told of the key or its segment.</param>
    /// <param name="index">Of the last of them.</param>
    public void AddRecords(ulong count, ulong index)
    {
        CutIfLapsed(index);
        records += count;
        if (records == length)
            Cut(index + 1);
    }

    /// <summary>Another key was introduced for the same segment at this index.</summary>
    public void AddSuccessor(ulong index) => Cut(Math.Min(index, LeaseEnd));

    public void AddEvent(ulong index, KeyEvent step)
    {
        CutIfLapsed(index);
        switch (step.Action)
        {
            case KeyAction.Renew:
                // A renewal that ends earlier than the lease takes nothing away.
                until = until <= index ? step.Until!.Value : Math.Max(until, step.Until!.Value);
                break;
            case KeyAction.Retire:
                trustEnd = Math.Min(trustEnd, index);
                break;
            case KeyAction.Compromise:
                // Records that were logged before stay in their epoch: else a provider takes back a bad one by calling its key stolen.
                trustEnd = Math.Min(trustEnd, Math.Max(index, step.From!.Value));
                break;
        }
        CutIfLapsed(index);
    }

    private ulong Cuts => forgotten + (ulong)ended.Count;

    private bool HasLapsed(ulong size) => records > 0 && LeaseEnd <= size;

    private void CutIfLapsed(ulong size)
    {
        if (HasLapsed(size))
            Cut(LeaseEnd);
    }

    private void Cut(ulong size)
    {
        if (records == 0)
            return;
        ended.Add(Current(size));
        (first, records) = (first + records, 0);
    }

    private KeyEpoch Current(ulong size) => new(Cuts, first, records, size);
}
