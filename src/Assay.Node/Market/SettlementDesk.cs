using Assay.Audit.Passports;
using Assay.Log;
using Assay.Market;
using Assay.Market.Settlements;
using Assay.Verify;

namespace Assay.Node.Market;

/// <summary>Makes settlement files of the logs that a node has: its own, and the mirrors of those that its accounts are made of. One at a time.</summary>
internal sealed class SettlementDesk(DataFolder folder) : IDisposable
{
    private readonly SemaphoreSlim making = new(1, 1);

    /// <exception cref="NodeException">It is not settled, or a log is missing or is not what the settlement rests on.</exception>
    public async Task<byte[]> MakeAsync(ulong policy, bool? whole, CancellationToken cancel)
    {
        await making.WaitAsync(cancel);
        try
        {
            return await Task.Run(() => Make(policy, whole), cancel);
        }
        finally
        {
            making.Release();
        }
    }

    public void Dispose() => making.Dispose();

    private byte[] Make(ulong policy, bool? whole)
    {
        var opened = new List<LoggedTree>();
        try
        {
            foreach (var log in PassportShelf.MirrorsIn(folder.Accounts).Append(folder.Log).Prepend(folder.Log))
                opened.Add(LoggedTree.Open(log));
            using var bytes = new MemoryStream();
            SettlementMaker.Make(policy, opened[0], opened[1..], whole: whole).Write(bytes);
            return bytes.ToArray();
        }
        catch (MarketRefusal e)
        {
            throw new NodeException(NodeFault.Conflict, e.Message, e);
        }
        catch (Exception e) when (e is MalformedException or LogException)
        {
            throw new NodeException(NodeFault.Unavailable, $"no settlement file of cover {policy} can be made: {e.Message}", e);
        }
        finally
        {
            opened.ForEach(o => o.Dispose());
        }
    }
}
