using Assay.Verify.Crypto;

namespace Assay.Store.Tests;

public sealed class SecretBoardTests : IDisposable
{
    private static readonly Hash Key = Sha256.Of("key"u8);

    private readonly TemporaryFolder folder = new();

    private string Path => folder["audits.db"];

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Secrets_of_an_epoch_come_in_the_order_of_their_commitments_after_opening_again()
    {
        using (var board = new SecretBoard(Path))
        {
            board.Put(9, Key, 3, Sha256.Of([9]));
            board.Put(7, Key, 3, Sha256.Of([7]));
            board.Put(8, Key, 4, Sha256.Of([8]));
            board.Put(6, Sha256.Of("other"u8), 3, Sha256.Of([6]));
        }
        using var again = new SecretBoard(Path);
        Assert.Equal([(7UL, Sha256.Of([7])), (9UL, Sha256.Of([9]))], again.Of(Key, 3));
        Assert.Empty(again.Of(Key, 5));
        // Whoever has the file has them: it is its owner's.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
    }

    [Fact]
    public void The_first_that_is_kept_stays()
    {
        using var board = new SecretBoard(Path);
        board.Put(7, Key, 3, Sha256.Of([7]));
        board.Put(7, Key, 3, Sha256.Of([8]));
        Assert.Equal([(7UL, Sha256.Of([7]))], board.Of(Key, 3));
    }

    [Fact]
    public void A_file_that_is_no_database_is_refused()
    {
        File.WriteAllText(Path, new string('x', 5000));
        Assert.Equal(StoreFault.Corrupt, Assert.Throws<StoreException>(() => new SecretBoard(Path)).Fault);
    }
}
